#!/bin/bash
# One role and one database per store, each with the password that its variable says. PostgreSQL's image runs it when its
# volume is new; run it again after an upgrade that brings a store: docker compose exec postgres bash /docker-entrypoint-initdb.d/databases.sh
set -euo pipefail
for store in survey tasks indicators folder gateway streams; do
  variable=${store^^}_PASSWORD
  psql -v ON_ERROR_STOP=1 -q -U "${POSTGRES_USER:-postgres}" -d postgres -v store="$store" -v password="${!variable}" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', :'store') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'store') \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'store', :'password') \gexec
SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' TEMPLATE template0', :'store', :'store')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'store') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'store') \gexec
SQL
done
