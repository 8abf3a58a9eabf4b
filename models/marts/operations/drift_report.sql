{% set least_share = 0.0001 %}

with thresholds as (
    select * from {{ ref('drift_thresholds') }}
),

profile as (
    select * from {{ ref('build_profile') }}
),

earlier_profiles as (
    select * from {{ ref('stg_earlier_profiles') }}
),

ranking as (
    select * from {{ ref('int_customer_ranking') }}
    where engagement_rank <= 100
),

earlier_rankings as (
    select * from {{ ref('stg_earlier_rankings') }}
),

comparisons as (
    {% for compared_with in earlier_releases() %}
    select {{ dbt.string_literal(compared_with) }} as compared_with
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A part that only one of the builds has counts 0 in the other.
parts as (
    select
        comparisons.compared_with,
        profile.measure,
        profile.part,
        profile.value,
        0 as value_before
    from profile
    cross join comparisons
    union all
    select
        compared_with,
        measure,
        part,
        0 as value,
        value as value_before
    from earlier_profiles
),

paired as (
    select
        compared_with,
        measure,
        part,
        sum(value) as value,
        sum(value_before) as value_before
    from parts
    group by compared_with, measure, part
),

shared as (
    select
        *,
        sum(value) over each_measure as total,
        sum(value_before) over each_measure as total_before,
        value / nullif(sum(value) over each_measure, 0) as share,
        value_before / nullif(sum(value_before) over each_measure, 0) as share_before
    from paired
    window each_measure as (partition by compared_with, measure)
),

-- The larger count divided by the smaller one.
volume as (
    select
        compared_with,
        'interactions of the last day' as measure,
        max(total) as value,
        max(total_before) as value_before,
        max(
            greatest((total + 1) / (total_before + 1), (total_before + 1) / (total + 1))
        ) as drift,
        max(greatest(total, total_before)) as compared_count
    from shared
    where measure = 'interactions of the last day'
    group by compared_with
),

-- The share of interactions that would have to be another event (total variation).
event_mix as (
    select
        compared_with,
        'event mix of the last day' as measure,
        cast(null as double) as value,
        cast(null as double) as value_before,
        sum(abs(share - share_before)) / 2 as drift,
        max(least(total, total_before)) as compared_count
    from shared
    where measure = 'interactions of the last day'
    group by compared_with
),

customers_of_the_day as (
    select
        compared_with,
        max(case when part = 'all' then value end) as customer_count,
        max(case when part = 'all' then value_before end) as customer_count_before,
        max(case when part = 'new' then value end) as new_count,
        max(case when part = 'new' then value_before end) as new_count_before
    from paired
    where measure = 'customers of the last day'
    group by compared_with
),

new_customers as (
    select
        compared_with,
        'new customers of the last day' as measure,
        new_count / nullif(customer_count, 0) as value,
        new_count_before / nullif(customer_count_before, 0) as value_before,
        abs(
            new_count / nullif(customer_count, 0)
            - new_count_before / nullif(customer_count_before, 0)
        ) as drift,
        least(customer_count, customer_count_before) as compared_count
    from customers_of_the_day
),

-- The share of rejected rows among the new rows, less their share before.
row_counts as (
    select
        compared_with,
        max(total - total_before) as row_count,
        max(total_before) as row_count_before,
        max(case when part = 'rejected' then value - value_before end)
            as rejected_count,
        max(case when part = 'rejected' then value_before end)
            as rejected_count_before
    from shared
    where measure = 'rows'
    group by compared_with
),

rejected_rows as (
    select
        compared_with,
        'rejected rows' as measure,
        rejected_count / nullif(row_count, 0) as value,
        rejected_count_before / nullif(row_count_before, 0) as value_before,
        greatest(
            rejected_count / nullif(row_count, 0)
            - rejected_count_before / nullif(row_count_before, 0),
            0
        ) as drift,
        least(row_count, row_count_before) as compared_count
    from row_counts
),

scores as (
    select
        *,
        cast(part as bigint) as score_bin,
        sum(share) over (
            partition by compared_with
            order by cast(part as bigint)
            rows between unbounded preceding and current row
        ) as share_up_to,
        sum(share_before) over (
            partition by compared_with
            order by cast(part as bigint)
            rows between unbounded preceding and current row
        ) as share_up_to_before
    from shared
    where measure = 'customers by score'
),

-- The largest distance of two distribution functions (Kolmogorov and Smirnov).
largest_distance as (
    select
        compared_with,
        'score distribution (KS)' as measure,
        cast(null as double) as value,
        cast(null as double) as value_before,
        max(abs(share_up_to - share_up_to_before)) as drift,
        max(least(total, total_before)) as compared_count
    from scores
    group by compared_with
),

tenths as (
    select
        compared_with,
        least(floor(10 * (share_up_to_before - share_before)), 9) as tenth,
        max(least(total, total_before)) as compared_count,
        greatest(sum(share), {{ least_share }}) as share,
        greatest(sum(share_before), {{ least_share }}) as share_before
    from scores
    group by
        compared_with,
        least(floor(10 * (share_up_to_before - share_before)), 9)
),

-- Over tenths of the earlier distribution: the population stability index.
population_stability as (
    select
        compared_with,
        'score distribution (PSI)' as measure,
        cast(null as double) as value,
        cast(null as double) as value_before,
        sum((share - share_before) * ln(share / share_before)) as drift,
        max(compared_count) as compared_count
    from tenths
    group by compared_with
),

rankings as (
    select
        comparisons.compared_with,
        count(*) as customer_count,
        count(earlier_rankings.customer_id) as stayed_count
    from ranking
    cross join comparisons
    left join earlier_rankings
        on
            comparisons.compared_with = earlier_rankings.compared_with
            and ranking.customer_id = earlier_rankings.customer_id
    group by comparisons.compared_with
),

-- The share of the first hundred customers who were not among them before.
top_of_the_ranking as (
    select
        rankings.compared_with,
        'top of the ranking' as measure,
        cast(null as double) as value,
        cast(null as double) as value_before,
        1 - cast(rankings.stayed_count as double) / rankings.customer_count as drift,
        largest_distance.compared_count
    from rankings
    inner join largest_distance
        on rankings.compared_with = largest_distance.compared_with
),

measured as (
    select * from volume
    union all
    select * from event_mix
    union all
    select * from new_customers
    union all
    select * from rejected_rows
    union all
    select * from largest_distance
    union all
    select * from population_stability
    union all
    select * from top_of_the_ranking
),

compared as (
    select distinct compared_with from earlier_profiles
),

-- Every measure and compared release, even without a measurement.
judged as (
    select
        thresholds.measure,
        comparisons.compared_with,
        thresholds.warn_from,
        thresholds.block_from,
        measured.value,
        case when compared.compared_with is not null then measured.value_before end
            as value_before,
        case
            when
                compared.compared_with is not null
                and measured.compared_count >= thresholds.least_count
                then round(measured.drift, 9)
        end as drift
    from thresholds
    cross join comparisons
    left join measured
        on
            thresholds.measure = measured.measure
            and comparisons.compared_with = measured.compared_with
    left join compared
        on comparisons.compared_with = compared.compared_with
),

final as (
    select
        cast(measure as {{ dbt.type_string() }}) as measure,
        cast(compared_with as {{ dbt.type_string() }}) as compared_with,
        cast(value as double) as value,
        cast(value_before as double) as value_before,
        cast(drift as double) as drift,
        cast(warn_from as double) as warn_from,
        cast(block_from as double) as block_from,
        cast(
            case
                when drift is null then 'not compared'
                when drift >= block_from then 'block'
                when drift >= warn_from then 'warn'
                else 'ok'
            end as {{ dbt.type_string() }}
        ) as drift_level
    from judged
)

select * from final
