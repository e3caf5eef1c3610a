-- Requests by e-mail: who a mailbox belongs to, and cases that are still to be completed.

-- A keyed hash of the secure mailbox (Encryption/MasterKey.cs): recognises a sender, tells no address.
alter table professional add column mailbox_mac bytea check (length(mailbox_mac) = 32);
create index professional_mailbox on professional (mailbox_mac) where mailbox_mac is not null;

-- A draft has no motive yet; it may end without ever having one.
alter table cases drop constraint cases_motives_check;
alter table cases add constraint cases_motives_check check (
  cardinality(motives) <= 5 and (cardinality(motives) >= 1 or state in ('Draft', 'Abandoned', 'Duplicate')));
