-- The log is read after each commit, by the hub and by every reader. Each read takes the next rows of an index whatever
-- its values are, so one plan is made for all of them: to plan anew over the months took five times as long as to read.
alter function hilo_news(xid8, bigint, int) set plan_cache_mode = force_generic_plan;
alter function hilo_events_ahead(smallint[], xid8[], bigint[], text[], int) set plan_cache_mode = force_generic_plan;
