CREATE TABLE IF NOT EXISTS events (
    position bigint PRIMARY KEY,
    stream text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    data bytea NOT NULL,
    metadata bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    command_id uuid,
    command_hash bytea,
    result bytea
);

CREATE UNIQUE INDEX IF NOT EXISTS events_stream_version ON events (stream, version);

CREATE UNIQUE INDEX IF NOT EXISTS events_command_id ON events (command_id) WHERE command_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS claims (
    claim text PRIMARY KEY,
    position bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS outbox_heads (
    topic text NOT NULL,
    partition smallint NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

CREATE TABLE IF NOT EXISTS outbox (
    position bigint PRIMARY KEY,
    topic text NOT NULL,
    partition smallint NOT NULL,
    number bigint NOT NULL,
    key text NOT NULL,
    value bytea,
    incarnation uuid NOT NULL
);

CREATE TABLE IF NOT EXISTS incarnations (
    ordinal integer PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    started_at timestamptz NOT NULL,
    source text NOT NULL
);
