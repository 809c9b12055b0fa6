-- Records a batch of commands. Everything that decides or numbers happens under one lock per database, held until the
-- transaction ends: positions and numbers become visible in the order in which they were given.
--
-- Arrays command_… have one element per command, fact_… one per fact in the order of the commands, and so on; message_…
-- and claim_… say by index (from 1) which command they belong to. The first fact of a command carries its id, the
-- digest of its body and its result. A command that follows the one before it is created only if that one was. `plain` says that the caller found no twin ids or claims in the batch and that the
-- commands on one stream follow each other; `head_…` are the streams as the batch needs to find them. One look then
-- tells whether every command goes through, and everything is written by set; otherwise they are judged one by one.
--
-- `outcomes` is NULL when every command was created, its facts in the order given, the last at `last_position`. Else it
-- has one element per command: 0 created, 1 already have, 2 conflict, 3 another version, 4 claim taken.
CREATE OR REPLACE FUNCTION append_events(
    expected_incarnation uuid,
    plain boolean,
    head_stream text[],
    head_version integer[],
    command_stream text[],
    command_version integer[],
    command_facts integer[],
    command_follows boolean[],
    fact_stream text[],
    fact_version integer[],
    fact_type text[],
    fact_data bytea[],
    fact_metadata bytea[],
    fact_command_id uuid[],
    fact_command_hash bytea[],
    fact_result bytea[],
    message_command integer[],
    message_topic text[],
    message_partition smallint[],
    message_key text[],
    message_value bytea[],
    claim_command integer[],
    claim_name text[],
    OUT last_position bigint,
    OUT outcomes smallint[],
    OUT versions integer[],
    OUT positions bigint[],
    OUT results bytea[],
    OUT taken_claims text[]
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = @schema@, pg_temp
SET enable_seqscan = off
AS $append_events$
#variable_conflict use_column
DECLARE
    present_incarnation uuid;
    last_recorded_at timestamptz;
    moment timestamptz;
    accepted integer[];
    first_fact integer := 1;
    last_fact integer := 0;
    is_recorded boolean;
    is_same boolean;
    outcome smallint;
    found_version integer;
    found_position bigint;
    found_result bytea;
    found_claim text;
    last_outbox_position bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'append_events needs READ COMMITTED' USING ERRCODE = 'CC001';
    END IF;

    PERFORM pg_advisory_xact_lock(@lock@);

    SELECT i.id INTO present_incarnation FROM incarnations i ORDER BY i.ordinal DESC LIMIT 1;
    IF present_incarnation IS DISTINCT FROM expected_incarnation THEN
        RAISE EXCEPTION 'the present incarnation is %', present_incarnation USING ERRCODE = 'CC002';
    END IF;

    SELECT e.position, e.recorded_at INTO last_position, last_recorded_at
    FROM events e ORDER BY e.position DESC LIMIT 1;
    last_position := coalesce(last_position, 0);
    moment := greatest(clock_timestamp(), last_recorded_at);

    IF plain
        AND NOT EXISTS (SELECT FROM events e WHERE e.command_id = ANY (fact_command_id))
        AND NOT EXISTS (
            SELECT FROM unnest(head_stream, head_version) AS head (stream, version)
            WHERE head.version <> coalesce(
                (SELECT e.version FROM events e WHERE e.stream = head.stream ORDER BY e.version DESC LIMIT 1), -1)
        )
        AND NOT EXISTS (SELECT FROM claims c WHERE c.claim = ANY (claim_name))
    THEN
        INSERT INTO events
        SELECT last_position + f.nth, f.stream, f.version, f.type, f.data, f.metadata, moment,
            f.command_id, f.command_hash, f.result
        FROM unnest(fact_stream, fact_version, fact_type, fact_data, fact_metadata,
                    fact_command_id, fact_command_hash, fact_result)
            WITH ORDINALITY AS f (stream, version, type, data, metadata, command_id, command_hash, result, nth);
        last_position := last_position + cardinality(fact_stream);
        IF cardinality(claim_name) > 0 THEN
            INSERT INTO claims SELECT c.name, last_position FROM unnest(claim_name) AS c (name);
        END IF;
    ELSE
        accepted := '{}';
        FOR nth_command IN 1 .. cardinality(command_stream) LOOP
            first_fact := last_fact + 1;
            last_fact := last_fact + command_facts[nth_command];
            found_result := NULL;
            found_claim := NULL;
            found_position := last_position;
            is_recorded := false;

            IF command_facts[nth_command] > 0 THEN
                SELECT e.version, e.position, e.result, e.command_hash IS NOT DISTINCT FROM fact_command_hash[first_fact]
                INTO found_version, found_position, found_result, is_same
                FROM events e WHERE e.command_id = fact_command_id[first_fact];
                is_recorded := FOUND;
            END IF;

            IF is_recorded THEN
                outcome := CASE WHEN is_same THEN 1 ELSE 2 END;
            ELSE
                found_position := last_position;
                SELECT max(e.version) INTO found_version FROM events e WHERE e.stream = command_stream[nth_command];
                found_version := coalesce(found_version, -1);
                SELECT c.claim INTO found_claim FROM claims c
                WHERE c.claim IN (SELECT n.name FROM unnest(claim_command, claim_name) AS n (command, name)
                                  WHERE n.command = nth_command)
                LIMIT 1;
                outcome := CASE
                    WHEN found_version <> command_version[nth_command] THEN 3
                    WHEN command_follows[nth_command] AND outcomes[nth_command - 1] <> 0 THEN 3
                    WHEN found_claim IS NOT NULL THEN 4
                    ELSE 0
                END;
            END IF;

            IF outcome = 0 THEN
                INSERT INTO events
                SELECT last_position + f.nth, f.stream, f.version, f.type, f.data, f.metadata, moment,
                    f.command_id, f.command_hash, f.result
                FROM unnest(fact_stream[first_fact : last_fact], fact_version[first_fact : last_fact],
                            fact_type[first_fact : last_fact], fact_data[first_fact : last_fact],
                            fact_metadata[first_fact : last_fact], fact_command_id[first_fact : last_fact],
                            fact_command_hash[first_fact : last_fact], fact_result[first_fact : last_fact])
                    WITH ORDINALITY AS f (stream, version, type, data, metadata, command_id, command_hash, result, nth);
                last_position := last_position + command_facts[nth_command];
                INSERT INTO claims
                SELECT n.name, last_position FROM unnest(claim_command, claim_name) AS n (command, name)
                WHERE n.command = nth_command;
                accepted := accepted || nth_command;
                found_version := found_version + command_facts[nth_command];
                found_position := last_position;
            END IF;

            outcomes[nth_command] := outcome;
            versions[nth_command] := found_version;
            positions[nth_command] := found_position;
            results[nth_command] := found_result;
            taken_claims[nth_command] := found_claim;
        END LOOP;
    END IF;

    IF cardinality(message_topic) > 0 THEN
        SELECT o.position INTO last_outbox_position FROM outbox o ORDER BY o.position DESC LIMIT 1;
        WITH accepted_messages AS (
            SELECT m.topic, m.partition, m.key, m.value,
                row_number() OVER (ORDER BY m.nth) AS nth,
                row_number() OVER (PARTITION BY m.topic, m.partition ORDER BY m.nth) AS nth_of_lane
            FROM unnest(message_command, message_topic, message_partition, message_key, message_value)
                WITH ORDINALITY AS m (command, topic, partition, key, value, nth)
            WHERE accepted IS NULL OR m.command = ANY (accepted)
        ), heads AS (
            INSERT INTO outbox_heads AS h (topic, partition, number)
            SELECT m.topic, m.partition, count(*) FROM accepted_messages m GROUP BY m.topic, m.partition
            ON CONFLICT (topic, partition) DO UPDATE SET number = h.number + excluded.number
            RETURNING h.topic, h.partition, h.number
        ), numbered AS (
            SELECT m.*, h.number - count(*) OVER (PARTITION BY m.topic, m.partition) + m.nth_of_lane AS number
            FROM accepted_messages m JOIN heads h ON h.topic = m.topic AND h.partition = m.partition
        )
        INSERT INTO outbox
        SELECT coalesce(last_outbox_position, 0) + n.nth, n.topic, n.partition, n.number, n.key,
            overlay(n.value PLACING convert_to(lpad(n.number::text, 20, '0'), 'UTF8') FROM 12 FOR 20),
            expected_incarnation
        FROM numbered n;
    END IF;
END
$append_events$;
