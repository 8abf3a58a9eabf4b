-- Every set of weights has one weight per feature of the score, and they add up to 1;
-- the set in use exists.
with weight_sets as (
    select
        weight_set,
        count(*) as feature_count,
        count(
            case
                when
                    feature in (
                        {{ text_values(engagement_features()) }}
                    )
                    then 1
            end
        ) as known_count,
        sum(weight) as weight_sum
    from {{ ref('feature_weights') }}
    group by weight_set
),

in_use as (
    select count(*) as set_count
    from weight_sets
    where weight_set = '{{ var('score_weights') }}'
)

select
    'seeds/feature_weights.csv: the ' || weight_set || ' weights of '
    || cast(feature_count as {{ dbt.type_string() }}) || ' features add up to '
    || cast(round(weight_sum, 6) as {{ dbt.type_string() }})
    || ', expected weights that add up to 1 for'
    || ' {{ engagement_features() | join(", ") }}.' as problem
from weight_sets
where
    feature_count <> {{ engagement_features() | length }}
    or known_count <> {{ engagement_features() | length }}
    or abs(weight_sum - 1) > 0.000001
union all
select
    'Setting score_weights = {{ var('score_weights') }}: expected a weight_set of'
    || ' seeds/feature_weights.csv.' as problem
from in_use
where set_count = 0
