-- Finding people by name (accents and case are already gone from search_name). A typed word is first turned into the
-- words of the directory that it may mean: the dictionary is small enough (some ten thousand words for 100,000 people)
-- to be read whole for each, with an exact measure of the typing error, and needs no index of its own. Then one GIN index
-- finds the people who bear one of them.

create extension if not exists fuzzystrmatch;

-- Particles are also joined to what follows, so that « vandenbroucke » finds « Van den Broucke » and « legoff » « Le Goff ».
create function name_words(search_name text) returns text[] language plpgsql immutable strict parallel safe cost 1000 as $$
begin
  return string_to_array(search_name || ' ' || regexp_replace(search_name, '\m(\w{1,3}) (?=\w)', '\1', 'g'), ' ');
end $$;

-- Words, and their beginnings of two and three letters (« le% », « lef% »), which too many words share to go by the words.
create function name_keys(search_name text) returns text[] language plpgsql immutable strict parallel safe cost 1000 as $$
declare
  words text[] := name_words(search_name);
  keys  text[] := words;
  word  text;
begin
  foreach word in array words loop
    if length(word) >= 2 then keys := keys || (left(word, 2) || '%'); end if;
    if length(word) >= 3 then keys := keys || (left(word, 3) || '%'); end if;
  end loop;
  return keys;
end $$;

create index professional_name on professional using gin ((name_keys(search_name)) collate "C");

create table name_word (word text collate "C" primary key check (length(word) between 1 and 203));
comment on table name_word is 'append-only: words of names, also of names since changed';

-- By statement, whoever writes: import and verbs need not think of it. In order, so that two writers do not deadlock.
create function keep_name_words() returns trigger language plpgsql as $$
begin
  insert into name_word (word)
  select distinct word from written, unnest(name_words(written.search_name)) word where word <> '' order by word
  on conflict do nothing;
  return null;
end $$;
create trigger professional_inserted after insert on professional
  referencing new table as written for each statement execute function keep_name_words();
create trigger professional_renamed after update on professional
  referencing new table as written for each statement execute function keep_name_words();

insert into name_word (word)
select distinct word from professional, unnest(name_words(search_name)) word where word <> '' on conflict do nothing;

-- In the order of the people, so that a page of a profession or a structure is the beginning of a range.
create index activity_organisation on activity (organisation, professional_id);
create index activity_profession on activity (profession_table, profession_code, professional_id);
