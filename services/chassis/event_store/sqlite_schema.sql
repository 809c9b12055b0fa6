CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    data BLOB NOT NULL,
    metadata BLOB NOT NULL,
    recorded_at INTEGER NOT NULL, -- microseconds since 1970, UTC
    command_id BLOB,
    command_hash BLOB,
    result BLOB
) STRICT;

CREATE UNIQUE INDEX IF NOT EXISTS events_stream_version ON events (stream, version);

CREATE UNIQUE INDEX IF NOT EXISTS events_command_id ON events (command_id) WHERE command_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS claims (
    claim TEXT PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS outbox_heads (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    number INTEGER NOT NULL,
    key TEXT NOT NULL,
    value BLOB,
    incarnation BLOB NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS incarnations (
    ordinal INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    started_at INTEGER NOT NULL, -- microseconds since 1970, UTC
    source TEXT NOT NULL
) STRICT;
