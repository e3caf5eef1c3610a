-- After a restore to an instant, in each of the four databases, as its owner, before any service starts
-- (docs/operations.md, "Backup, and restore to an instant"; tests/Production.Tests/RestoreTests.cs runs this file):
--
--   psql -v ON_ERROR_STOP=1 -v since='2026-11-22 12:00:00+01' -f scripts/after-restore.sql "host=… dbname=intake user=intake_owner"
--
-- since: the instant, less the longest that any consumer may have been behind at it. More is never wrong, only slower.

begin;

-- What was said may have been on its way: in no outbox any more, in no inbox yet. It goes back into the outbox, under its
-- old number, so before whatever stands there; who has it already knows it by that number and drops it.
with said as (delete from published_event where publish_time >= :'since' returning *)
insert into outbox (seq, part, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time)
overriding system value
select seq, (get_byte(uuid_send(aggregate_id), 15) & 15)::smallint, aggregate_id, stream_no, event_id, event_type, subject, payload, traceparent, occur_time
from said order by seq;

-- Tokens of pages and of watches may name times that are no more: all of them end.
update service_secret set value = sha256(value) where name = 'page_token';

commit;
