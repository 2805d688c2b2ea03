GRANT INSERT (changes_until) ON run TO pilotzone_worker;
