-- Who was told to leave for the item.
alter table discussion
  add categories_not_informed text[] not null default '{}',
  add excluded_people         text[] not null default '{}';
