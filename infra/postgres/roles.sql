-- One database and two roles per service. Run it as a superuser, once per service:
--   psql -v service=survey -f roles.sql
-- The migrator owns the tables and the append function and is used by `cchc migrate` alone. The application reads, and
-- writes facts through the function only; set passwords with \password, they stand nowhere in a file.
CREATE ROLE :"service" LOGIN;
\set migrator :service _migrator
CREATE ROLE :"migrator" LOGIN;
CREATE DATABASE :"service" OWNER :"migrator" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";
