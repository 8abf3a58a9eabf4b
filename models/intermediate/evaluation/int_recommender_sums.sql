{# What identifies a mean: the lists, and the products that they are measured on. #}
{% set list_columns = ['recommender', 'population', 'slice_by', 'slice', 'k'] %}
{% set group_columns = ['population', 'slice_by', 'slice'] %}

with product_metrics as (
    select * from {{ ref('int_product_metrics') }}
),

customer_hits as (
    select * from {{ ref('int_customer_hits') }}
),

evaluated_products as (
    select * from {{ ref('int_evaluated_products') }}
),

relevant_customers as (
    select * from {{ ref('int_relevant_customers') }}
),

recommendations as (
    select * from {{ ref('int_recommendations') }}
),

list_sizes as (
    select cast(sizes.k as bigint) as k
    from (values ({{ list_sizes() | join('), (') }})) as sizes (k)
),

gains as (
    {{ discounted_gains() }}
),

-- What a hit adds to the mean at most, and what it adds over all relevant customers.
hit_weights as (
    select
        evaluated_products.population,
        evaluated_products.slice_by,
        evaluated_products.slice,
        list_sizes.k,
        cast(1 as double) as hit_rate_most,
        cast(1 as double) as hit_rate_usual,
        cast(1 as double) / list_sizes.k as precision_most,
        cast(1 as double) / list_sizes.k as precision_usual,
        count(*) as product_count,
        cast(1 as double) / min(evaluated_products.relevant_count) as recall_most,
        cast(count(*) as double) / sum(evaluated_products.relevant_count)
            as recall_usual,
        cast(1 as double)
        / min(least(list_sizes.k, evaluated_products.relevant_count)) as map_most,
        cast(
            sum(
                cast(
                    cast(evaluated_products.relevant_count as double)
                    / least(list_sizes.k, evaluated_products.relevant_count)
                    as decimal(28, 12)
                )
            ) as double
        ) / sum(evaluated_products.relevant_count) as map_usual,
        1 / min(gains.ideal_gain) as ndcg_most,
        cast(
            sum(
                cast(
                    evaluated_products.relevant_count / gains.ideal_gain
                    as decimal(28, 12)
                )
            ) as double
        ) / sum(evaluated_products.relevant_count) as ndcg_usual
    from evaluated_products
    cross join list_sizes
    inner join gains
        on
            least(list_sizes.k, evaluated_products.relevant_count)
            = gains.list_length
    group by
        evaluated_products.population,
        evaluated_products.slice_by,
        evaluated_products.slice,
        list_sizes.k
),

-- The hits that one more customer may bring: as many products as customers touch, in
-- the share of lists that name the customer of the most lists.
touched as (
    select
        {{ group_columns | join(',\n        ') }},
        customer_id,
        count(*) as product_count
    from relevant_customers
    group by {{ group_columns | join(', ') }}, customer_id
),

typically_touched as (
    select
        {{ group_columns | join(',\n        ') }},
        cast(sum(product_count * product_count) as double) / sum(product_count)
            as product_count
    from touched
    group by {{ group_columns | join(', ') }}
),

listed as (
    select
        recommendations.recommender,
        list_sizes.k,
        recommendations.customer_id,
        count(*) as list_count
    from recommendations
    inner join list_sizes on recommendations.recommendation_rank <= list_sizes.k
    group by
        recommendations.recommender, list_sizes.k, recommendations.customer_id
),

most_listed as (
    select
        recommender,
        k,
        max(list_count) as list_count
    from listed
    group by recommender, k
),

list_counts as (
    select count(*) as list_count
    from {{ ref('int_known_products') }}
),

means as (
    select
        {{ list_columns | join(',\n        ') }},
    {% for metric in list_metrics() %}
    cast(sum({{ metric }}) as double) as {{ metric }}
    {{- ',' if not loop.last }}
    {% endfor %}
    from product_metrics
    group by {{ list_columns | join(', ') }}
),

-- The squares as decimals: sums of doubles depend on the order.
customer_sums as (
    select
        {{ list_columns | join(',\n        ') }},
        sum(hit_count) as hit_count,
    {% for metric in list_metrics() %}
    cast(sum({{ metric }}) as double) as {{ metric }},
    cast(
        sum(
            cast(
                cast({{ metric }} as double) * cast({{ metric }} as double)
                as decimal(28, 12)
            )
        ) as double
    ) as {{ metric }}_squares,
    cast(max({{ metric }}) as double) as {{ metric }}_largest
    {{- ',' if not loop.last }}
    {% endfor %}
    from customer_hits
    group by {{ list_columns | join(', ') }}
),

combined as (
    {% for metric in list_metrics() %}
    select
        most_listed.recommender,
        hit_weights.population,
        hit_weights.slice_by,
        hit_weights.slice,
        hit_weights.k,
        '{{ metric }}' as metric,
        hit_weights.product_count,
        coalesce(means.{{ metric }}, 0) as total,
        hit_weights.{{ metric }}_most as one_hit,
        greatest(
            hit_weights.{{ metric }}_most,
            typically_touched.product_count
            * most_listed.list_count / list_counts.list_count
            * coalesce(
                customer_sums.{{ metric }} / customer_sums.hit_count,
                hit_weights.{{ metric }}_usual
            )
        ) as one_customer,
        greatest(
            coalesce(customer_sums.{{ metric }}_squares, 0),
            {% if metric == 'hit_rate' %}
            -- A product with several hits loses by no single customer.
            coalesce(means.hit_rate, 0)
            {% else %}
            0
            {% endif %}
        ) as squares,
        coalesce(customer_sums.{{ metric }}_largest, 0) as largest
    from hit_weights
    inner join most_listed on hit_weights.k = most_listed.k
    inner join typically_touched
        on
            hit_weights.population = typically_touched.population
            and hit_weights.slice_by = typically_touched.slice_by
            and hit_weights.slice = typically_touched.slice
    cross join list_counts
    left join means
        on
            most_listed.recommender = means.recommender
            and hit_weights.population = means.population
            and hit_weights.slice_by = means.slice_by
            and hit_weights.slice = means.slice
            and hit_weights.k = means.k
    left join customer_sums
        on
            most_listed.recommender = customer_sums.recommender
            and hit_weights.population = customer_sums.population
            and hit_weights.slice_by = customer_sums.slice_by
            and hit_weights.slice = customer_sums.slice
            and hit_weights.k = customer_sums.k
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        cast(recommender as {{ dbt.type_string() }}) as recommender,
        cast(population as {{ dbt.type_string() }}) as population,
        cast(slice_by as {{ dbt.type_string() }}) as slice_by,
        cast(slice as {{ dbt.type_string() }}) as slice,
        cast(k as bigint) as k,
        cast(metric as {{ dbt.type_string() }}) as metric,
        cast(product_count as bigint) as product_count,
        cast(total / product_count as double) as value,
        cast(squares / product_count / product_count as double) as squares,
        cast(one_hit / product_count as double) as one_hit,
        cast(one_customer / product_count as double) as one_customer,
        cast(greatest(one_customer, largest) / product_count as double) as weight
    from combined
)

select * from final
