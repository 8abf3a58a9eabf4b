-- What scripts/experiments/start.py has kept: the design with which it started.
with started_experiments as (
    {{ kept_rows('exports/*/experiment', experiment_design_columns()) }}
)

select * from started_experiments
