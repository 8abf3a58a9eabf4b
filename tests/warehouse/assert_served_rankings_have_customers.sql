-- A ranking of customers that serves has a score for every customer who may be
-- contacted; a fitted ranking of products has scores. All audiences wait for this test:
-- without scores they would be empty, or by activity under another name.
with served as (
    select distinct ranking
    from {{ ref('int_served_rankings') }}
    where
        ranking in (
            {{ text_values(
                rankings() | selectattr('ranks', 'equalto', 'customers')
                | map(attribute='name')
            ) }}
        )
),

scored as (
    select
        ranking,
        count(*) as customer_count
    from {{ ref('int_customer_scores') }}
    where origin = 0
    group by ranking
),

-- Activity can be told of all.
expected as (
    select customer_count
    from scored
    where ranking = 'activity'
),

problems as (
    select
        'Setting ranking = ' || served.ranking || ': '
        || {{ whole_number_text('coalesce(scored.customer_count, 0)') }} || ' of '
        || {{ whole_number_text('expected.customer_count') }}
        || ' customers have a score by this ranking. Fit it to this log'
        || ' (`audience evidence`) or choose another one.' as problem
    from served
    cross join expected
    left join scored on served.ranking = scored.ranking
    where coalesce(scored.customer_count, 0) <> expected.customer_count
    {% for ranking in rankings() if ranking.is_fitted and ranking.ranks == 'products' %}
    union all
    select
        'Setting ranking = {{ ranking.name }}: no customer has a score by this ranking.'
        || ' Fit it to this log (`audience evidence`) or choose another one.' as problem
    from (
        select
            (
                select count(*) from {{ ref('int_served_rankings') }}
                where ranking = '{{ ranking.name }}'
            ) as audience_count,
            (
                select count(*) from {{ ref('ranking_' ~ ranking.name) }}
                where origin = 0
            ) as score_count
    ) as counts
    where counts.audience_count > 0 and counts.score_count = 0
    {% endfor %}
)

select problem from problems
