-- The weights of the five features add up to 1.
with totals as (
    select
        count(*) as feature_count,
        sum(weight) as weight_sum
    from {{ ref('feature_weights') }}
)

select
    'seeds/feature_weights.csv: the weights of '
    || cast(feature_count as {{ dbt.type_string() }}) || ' features add up to '
    || cast(round(weight_sum, 6) as {{ dbt.type_string() }})
    || ', expected {{ engagement_features() | length }} features that add up to 1.'
        as problem
from totals
where
    feature_count <> {{ engagement_features() | length }}
    or abs(coalesce(weight_sum, 0) - 1) > 0.000001
