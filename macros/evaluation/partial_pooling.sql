{#
    CTEs that draw the estimates of classes towards their common mean, the more the less a class
    is known. The last one, `pooled`, has the columns of the relation with `pooled`, `pooled_low`
    and `pooled_high`, a 95 % interval.

    The variance between classes is by moments (DerSimonian and Laird 1986,
    doi:10.1016/0197-2456(86)90046-2), the shrinkage and the variance that its uncertainty adds
    by Morris (1983, doi:10.1080/01621459.1983.10477920). Up to three classes stay as they are.

    Args:
        classes: a CTE with a row per group and class, `estimate` and its `variance`, above 0.
        group: the column of groups that share nothing.
#}
{% macro partial_pooling(classes, group) -%}
weighed as (
    select
        {{ group }},
        count(*) as class_count,
        sum(1 / variance) as weight,
        sum(1 / (variance * variance)) as squared_weight,
        sum(estimate / variance) / sum(1 / variance) as fixed_mean
    from {{ classes }}
    group by {{ group }}
),

heterogeneity as (
    select
        weighed.{{ group }},
        weighed.class_count,
        greatest(
            0,
            (
                sum(power(classes.estimate - weighed.fixed_mean, 2) / classes.variance)
                - (weighed.class_count - 1)
            ) / nullif(
                weighed.weight - weighed.squared_weight / weighed.weight, 0
            )
        ) as variance_between
    from {{ classes }} as classes
    inner join weighed on classes.{{ group }} = weighed.{{ group }}
    group by
        weighed.{{ group }}, weighed.class_count, weighed.weight,
        weighed.squared_weight
),

means as (
    select
        classes.{{ group }},
        sum(classes.estimate / (classes.variance + coalesce(variance_between, 0)))
        / sum(1 / (classes.variance + coalesce(variance_between, 0))) as mean,
        1 / sum(1 / (classes.variance + coalesce(variance_between, 0)))
            as mean_variance
    from {{ classes }} as classes
    inner join heterogeneity on classes.{{ group }} = heterogeneity.{{ group }}
    group by classes.{{ group }}
),

shrinkage as (
    select
        classes.*,
        heterogeneity.class_count,
        means.mean,
        means.mean_variance,
        case
            when heterogeneity.class_count <= 3 then 0
            else
                classes.variance
                / (classes.variance + coalesce(heterogeneity.variance_between, 0))
                * (heterogeneity.class_count - 3.0)
                / (heterogeneity.class_count - 1.0)
        end as shrinkage
    from {{ classes }} as classes
    inner join heterogeneity on classes.{{ group }} = heterogeneity.{{ group }}
    inner join means on classes.{{ group }} = means.{{ group }}
),

spread as (
    select
        *,
        estimate + shrinkage * (mean - estimate) as pooled,
        sqrt(
            variance * (1 - shrinkage)
            + shrinkage * shrinkage * mean_variance
            + case
                when class_count <= 3 then 0
                else
                    2 / (class_count - 3.0)
                    * power(shrinkage * (estimate - mean), 2)
            end
        ) as pooled_error
    from shrinkage
),

pooled as (
    select
        *,
        pooled - 1.959963984540054 * pooled_error as pooled_low,
        pooled + 1.959963984540054 * pooled_error as pooled_high
    from spread
)
{%- endmacro %}
