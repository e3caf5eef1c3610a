-- Where a pôle has its seat: that commune may be named in texts (DOMAIN §4). Known from the pôle's next change on.
alter table pole add column seat_commune text check (length(seat_commune) = 5);
