with feature_weights as (
    select * from {{ ref('feature_weights') }}
),

-- The score without one of its features: the others share its weight.
reduced as (
    {% for feature in engagement_features() %}
    select
        'without {{ feature }}' as weight_set,
        feature,
        weight / sum(weight) over () as weight
    from feature_weights
    where
        weight_set = {{ text_literal(var('score_weights')) }}
        and feature <> '{{ feature }}'
        and weight > 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

weight_sets as (
    select
        weight_set,
        feature,
        weight
    from feature_weights
    union all
    select
        weight_set,
        feature,
        weight
    from reduced
),

pivoted as (
    select
        weight_set,
        weight_set = {{ text_literal(var('score_weights')) }} as is_in_use,
        {{ for_each_feature(
            "cast(sum(case when feature = '{feature}' then weight else 0 end) as double)"
            ~ " as {feature}_weight"
        ) }}
    from weight_sets
    group by weight_set
)

select * from pivoted
