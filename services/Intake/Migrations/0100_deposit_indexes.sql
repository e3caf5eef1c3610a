-- Nothing asks for submit times alone (the indicators group by the day in Paris, which is another expression), and what lists
-- by age has cases_age: one index less at every deposit.
drop index cases_submit_day;
