-- Counter-lines count in what a person has of the year: else a corrected line took its amount from the cap twice.
insert into person_year as y (professional, fiscal_year, calculated_cents)
select professional, fiscal_year, sum(amount_cents) from indemnity_line where state = 3 and corrects is not null group by professional, fiscal_year
on conflict (professional, fiscal_year) do update set calculated_cents = y.calculated_cents + excluded.calculated_cents;
