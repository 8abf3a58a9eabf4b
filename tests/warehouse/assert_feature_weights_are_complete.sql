-- Every feature of the score has a weight, and they add up to 1.
with totals as (
    select
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
)

select
    'seeds/feature_weights.csv: the weights of '
    || cast(feature_count as {{ dbt.type_string() }}) || ' features add up to '
    || coalesce(cast(round(weight_sum, 6) as {{ dbt.type_string() }}), 'nothing')
    || ', expected weights that add up to 1 for'
    || ' {{ engagement_features() | join(", ") }}.' as problem
from totals
where
    feature_count <> {{ engagement_features() | length }}
    or known_count <> {{ engagement_features() | length }}
    or abs(coalesce(weight_sum, 0) - 1) > 0.000001
