-- A condition that may be left out: true where it is. Plain `x is null or …` looks to the planner as if few rows passed,
-- so that no plan made for all values is good and each list is planned anew; behind this nearly all rows seem to pass.
create function hilo_passes(bool) returns bool language sql immutable parallel safe as
  $$ select case when $1 then 1 else 0 end <> 0 $$;
revoke all on function hilo_passes(bool) from public;
grant execute on function hilo_passes(bool) to hilo_app;
