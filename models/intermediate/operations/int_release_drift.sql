-- What a build has added since earlier releases, and what has moved without a reason.
with accounted as (
    select * from {{ ref('int_log_accounting') }}
),

earlier_profiles as (
    select * from {{ ref('stg_earlier_profiles') }}
),

ranking as (
    select * from {{ ref('int_engagement_ranks') }}
    where engagement_rank <= 100
),

customers as (
    select * from {{ ref('int_customer_totals') }}
),

customer_counts as (
    select count(*) as customer_count
    from customers
),

earlier_rankings as (
    select * from {{ ref('stg_earlier_rankings') }}
),

-- A release of an earlier version has no reference time.
reference_times as (
    select
        compared_with,
        value as reference_second
    from earlier_profiles
    where measure = 'reference time'
),

-- 0 where a build has no row of an outcome. Filtered rows would hide it, and rejected
-- rows the duplicates among the usable ones.
row_counts as (
    {% for outcome in ['rejected', 'duplicate'] %}
    select
        '{{ outcome }}' as outcome,
        cast(
            sum(case when outcome = '{{ outcome }}' then row_count else 0 end)
            as double
        ) as row_count,
        cast(sum(row_count) as double) as total
    from accounted
    where outcome in ('accepted', 'automated', 'duplicate', '{{ outcome }}')
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

earlier_row_counts as (
    {% for outcome in ['rejected', 'duplicate'] %}
    select
        compared_with,
        '{{ outcome }}' as outcome,
        sum(case when part = '{{ outcome }}' then value else 0 end) as row_count,
        sum(value) as total
    from earlier_profiles
    where
        measure = 'rows'
        and part in ('accepted', 'automated', 'duplicate', '{{ outcome }}')
    group by compared_with
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- The new rows, and the share of the outcome among all rows before them.
new_rows as (
    select
        earlier_row_counts.compared_with,
        earlier_row_counts.outcome,
        row_counts.total - earlier_row_counts.total as new_total,
        (row_counts.row_count - earlier_row_counts.row_count)
        / nullif(row_counts.total - earlier_row_counts.total, 0) as share,
        earlier_row_counts.row_count / nullif(earlier_row_counts.total, 0)
            as share_before,
        -- Not 0, or one row would be beyond chance.
        (earlier_row_counts.row_count + 1) / (earlier_row_counts.total + 2)
            as probability
    from earlier_row_counts
    inner join row_counts on earlier_row_counts.outcome = row_counts.outcome
),

-- The increase beyond what chance reaches on 39 of 40 days.
outcomes as (
    select
        compared_with,
        outcome || ' rows' as measure,
        share as value,
        share_before as value_before,
        new_total as compared_count,
        greatest(
            0,
            share
            - share_before
            - 1.96 * sqrt(probability * (1 - probability) / new_total)
        ) as drift
    from new_rows
    where new_total > 0
),

entries as (
    select
        reference_times.compared_with,
        count(*) as customer_count,
        sum(
            case
                when
                    earlier_rankings.customer_id is null
                    and {{ dbt.datediff(
                        "cast('1970-01-01' as timestamp)",
                        'customers.last_interaction_at',
                        'second'
                    ) }} <= reference_times.reference_second
                    then 1
                else 0
            end
        ) as unexplained_count
    from ranking
    inner join customers on ranking.customer_id = customers.customer_id
    cross join reference_times
    left join earlier_rankings
        on
            reference_times.compared_with = earlier_rankings.compared_with
            and ranking.customer_id = earlier_rankings.customer_id
    group by reference_times.compared_with
),

-- Customers who rise without an interaction: the scores changed, not the customers.
top_of_the_ranking as (
    select
        entries.compared_with,
        'top of the ranking' as measure,
        cast(null as double) as value,
        cast(null as double) as value_before,
        customer_counts.customer_count as compared_count,
        cast(entries.unexplained_count as double) / entries.customer_count as drift
    from entries
    cross join customer_counts
),

combined as (
    select * from outcomes
    union all
    select * from top_of_the_ranking
),

final as (
    select
        compared_with,
        measure,
        value,
        value_before,
        compared_count,
        round(drift, 9) as drift
    from combined
)

select * from final
