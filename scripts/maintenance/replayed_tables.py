"""The tables that the drift models read, as a replay keeps them up to date, as SQL."""

# What is read from the build; the replay does not change it.
COPIED = {
    "int_weight_sets": "from warehouse.intermediate.int_weight_sets",
    "int_suppressed_customers": "from warehouse.intermediate.int_suppressed_customers",
    "drift_thresholds": "from warehouse.seeds.drift_thresholds",
    "event_weights": "from warehouse.staging.stg_event_weights",
    # A row without a time belongs to the day of the rows before it in its file.
    "raw_rows": """
        select
            * exclude (place),
            cast(coalesce(
                event_at,
                last_value(event_at ignore nulls) over (order by place),
                min(event_at) over ()
            ) as date) as on_day
        from (
            select
                outcome,
                customer_id::varchar as customer_id,
                product_id::varchar as product_id,
                event,
                event_at,
                1::bigint as copies,
                (input_file, row_in_input, line_number) as place
            from warehouse.staging.stg_log_rows
        )
    """,
}
TABLES = """
create table intermediate.int_interactions (
    customer_id {id}, product_id {id}, event varchar, event_at timestamp,
    event_weight decimal(18, 6));
create table intermediate.int_customer_totals (
    customer_id {id} primary key, total_interactions bigint,
    event_weight_sum decimal(38, 6), unique_products bigint,
    first_interaction_at timestamp, last_interaction_at timestamp);
create table intermediate.int_product_counts (
    product_id {id} primary key, first_interaction_at timestamp);
create table intermediate.int_log_accounting (outcome varchar, row_count bigint);
create view marts.row_accounting as
select 'log' as input, outcome, row_count from intermediate.int_log_accounting;
create table staging.stg_earlier_profiles (
    compared_with varchar, measure varchar, part varchar, value double);
create table staging.stg_earlier_rankings (
    compared_with varchar, customer_id {id}, engagement_rank bigint);
"""
# The day's rows join the log, as an incremental build adds them.
ADD_DAY = """
insert into intermediate.int_interactions
select day.customer_id, day.product_id, day.event, day.event_at, coalesce(weight, 1)
from (
    select distinct customer_id, product_id, event, event_at from replay.day
    where outcome = 'accepted'
) as day left join replay.event_weights using (event);
insert or replace into intermediate.int_customer_totals
select customer_id, count(*), sum(event_weight), count(distinct product_id),
    min(event_at), max(event_at)
from intermediate.int_interactions
where customer_id in (
    select customer_id::{id} from replay.day where outcome = 'accepted')
group by customer_id;
insert or ignore into intermediate.int_product_counts
select product_id, min(event_at) from replay.day where outcome = 'accepted'
group by product_id;
insert into intermediate.int_log_accounting
select outcome, sum(copies) from replay.day group by outcome
union all
select unnest(['duplicate', 'accepted']), unnest([copy_count, -copy_count])
from (
    select coalesce(sum(copies), 0) - count(
        distinct (customer_id, product_id, event, event_at)) as copy_count
    from replay.day where outcome = 'accepted');
"""
