-- The case library (DOMAIN §4): proposals belong to their case and are gone once published; published cases belong to
-- nobody, and no column of theirs leads back (docs/adr/0014).

-- NPDC or PICARDIE; known of a pôle that is told of again, null until then.
alter table pole add column area text check (length(area) <= 32);

create table library_proposal (
  id            uuid        primary key,
  case_id       uuid        not null references cases on delete cascade,
  version       bigint      not null check (version > 0),
  state         text        not null check (state in ('Proposed', 'SentBack', 'Approved', 'Refused', 'Withdrawn', 'NotPublished')),
  reason        text        not null default '' check (length(reason) <= 40),
  proposer      text        not null,
  proposer_rpps text,
  propose_time  timestamptz not null,
  reviewer      text,
  review_time   timestamptz,
  update_time   timestamptz not null check (update_time >= propose_time),
  -- Four eyes.
  check (reviewer is null or reviewer <> proposer),
  check (state not in ('SentBack', 'Approved', 'Refused') or (reviewer is not null and review_time is not null)),
  check ((state in ('SentBack', 'Refused', 'NotPublished')) = (reason <> '')));
-- The text of a live one is in clinical_text, field 'library', under the key of its case.
create unique index library_proposal_live on library_proposal (case_id) where state in ('Proposed', 'SentBack', 'Approved');
create index library_proposal_age on library_proposal (propose_time, id);

-- French, whatever the accents: both the texts and what is searched lose them before the stemmer.
create extension if not exists unaccent;
create text search configuration library_french (copy = pg_catalog.french);
alter text search configuration library_french alter mapping for hword, hword_part, word with unaccent, french_stem;

-- No time, no person, no pôle, no number in order of publication: the id is a random one (version 4).
create table library_entry (
  id              uuid   primary key default gen_random_uuid() check (substr(id::text, 15, 1) = '4'),
  title           text   not null check (char_length(title) between 10 and 120),
  situation       text   not null check (char_length(situation) between 50 and 3000),
  question        text   not null check (char_length(question) between 10 and 500),
  orientation     text   not null check (char_length(orientation) between 20 and 2000),
  orientations    text[] not null check (cardinality(orientations) <= 5),
  age_band        text   not null check (length(age_band) between 1 and 64),
  area            text   not null check (area in ('NPDC', 'PICARDIE', 'HAUTS_DE_FRANCE')),
  product         text   not null check (length(product) <= 64),   -- empty: not said
  motive          text   not null check (length(motive) <= 64),    -- empty: not said
  publish_quarter date   not null check (extract(day from publish_quarter) = 1 and extract(month from publish_quarter) in (1, 4, 7, 10)),
  -- How many cases could not be told apart from it when it was published.
  crowd           int    not null check (crowd >= 5),
  words           tsvector not null generated always as (
    setweight(to_tsvector('library_french', title), 'A') || setweight(to_tsvector('library_french', question), 'B')
    || setweight(to_tsvector('library_french', situation), 'C') || setweight(to_tsvector('library_french', orientation), 'D')) stored);
create index library_entry_words on library_entry using gin (words);
create index library_entry_quarter on library_entry (publish_quarter desc, id);

create table library_retraction (
  entry        uuid        primary key,
  reason       text        not null check (reason in ('IDENTIFIANT', 'DEMANDE', 'INEXACT', 'DOUBLON', 'AUTRE')),
  actor        text        not null,
  retract_time timestamptz not null);
comment on table library_retraction is 'append-only: which published cases were taken out, and why';
