-- The design of each experiment when it started (scripts/experiments/start.py).
with started_experiments as (
    {{ kept_rows('exports/*/experiment', experiment_design_columns()) }}
)

select * from started_experiments
