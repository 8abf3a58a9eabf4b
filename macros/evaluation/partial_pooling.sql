{#
    CTEs that draw the estimates of classes towards their common mean, the more the less a class
    is known. The last one, `pooled`, has the columns of the relation with `pooled`, `pooled_low`
    and `pooled_high`, a 95 % interval; and of the group `mean`, `mean_variance` and
    `variance_between`.

    The variance between classes is by moments (DerSimonian and Laird 1986,
    doi:10.1016/0197-2456(86)90046-2), the shrinkage and the variance that its uncertainty adds
    by Morris (1983, doi:10.1080/01621459.1983.10477920). Up to three classes stay as they are.

    Args:
        classes: a CTE with a row per group and class, `estimate` and its `variance`, above 0.
        group: the column of groups that share nothing.
#}
{% macro partial_pooling(classes, group) -%}
{% set of_group = 'over (partition by ' ~ group ~ ')' -%}
weighed as (
    select
        *,
        count(*) {{ of_group }} as class_count,
        sum(1 / variance) {{ of_group }} as weight,
        sum(1 / (variance * variance)) {{ of_group }} as squared_weight,
        sum(estimate / variance) {{ of_group }} as weighted_sum
    from {{ classes }}
),

heterogeneous as (
    select
        *,
        coalesce(
            greatest(
                0,
                (
                    sum(power(estimate - weighted_sum / weight, 2) / variance)
                    {{ of_group }} - (class_count - 1)
                ) / nullif(weight - squared_weight / weight, 0)
            ),
            0
        ) as variance_between
    from weighed
),

centred as (
    select
        *,
        sum(estimate / (variance + variance_between)) {{ of_group }}
        / sum(1 / (variance + variance_between)) {{ of_group }} as mean,
        1 / sum(1 / (variance + variance_between)) {{ of_group }} as mean_variance,
        case
            when class_count <= 3 then 0
            else
                variance / (variance + variance_between)
                * (class_count - 3) / (class_count - 1)
        end as shrinkage
    from heterogeneous
),

shrunk as (
    select
        *,
        estimate + shrinkage * (mean - estimate) as pooled,
        1.959963984540054 * sqrt(
            variance * (1 - shrinkage)
            + shrinkage * shrinkage * mean_variance
            -- With up to three classes the shrinkage is 0.
            + 2 * power(shrinkage * (estimate - mean), 2)
            / greatest(class_count - 3, 1)
        ) as half_width
    from centred
),

pooled as (
    select
        *,
        pooled - half_width as pooled_low,
        pooled + half_width as pooled_high
    from shrunk
)
{%- endmacro %}
