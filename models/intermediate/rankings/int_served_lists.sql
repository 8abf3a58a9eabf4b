{#
    The audience of each product now, by the ranking that serves known or new products, with
    what speaks for each customer.
#}
with products as (
    select * from {{ ref('int_ranked_products') }}
    where is_now
),

expanded as (
    {{ expanded_lists(ref('int_served_ranking_lists'), 'products') }}
),

served as (
    select * from {{ ref('int_served_rankings') }}
),

candidates as (
    select * from {{ ref('int_candidates') }}
    where origin = 0
),

placed as (
    select
        expanded.product_id,
        products.is_new,
        served.audience,
        served.replaced_ranking,
        expanded.place,
        expanded.customer_id,
        expanded.ranking,
        expanded.score,
        expanded.ranking in (
            {{ text_values(
                rankings() | selectattr('ranks', 'equalto', 'products')
                | map(attribute='name')
            ) }}
        ) as is_of_products,
        {{ probability_features('expanded', 'products') }}
    from expanded
    inner join products on expanded.product_id = products.product_id
    inner join served
        on
            expanded.ranking = served.ranking
            and served.audience
            = case when products.is_new then 'new products' else 'known products' end
),

weights as (
    select * from {{ ref('int_probability_weights') }}
),

final as (
    select
        placed.product_id,
        placed.is_new,
        placed.place,
        placed.customer_id,
        placed.ranking,
        placed.score,
        {% for signal in ['attribute_count', 'neighbour_count'] %}
        case when placed.is_of_products then candidates.{{ signal }} end
            as {{ signal }},
        {% endfor %}
        {% for part, sql in hybrid_parts().items() %}
        case
            when placed.ranking = 'hybrid' and placed.score is not null then {{ sql }}
        end as {{ part }},
        {% endfor %}
        {{ fitted_probability('placed', 'touched') }} as probability,
        {{ fitted_probability('placed', 'purchased') }} as purchase_probability
    from placed
    {% for outcome in ['touched', 'purchased'] %}
    -- They are of the ranking that was chosen.
    left join weights as {{ outcome }}
        on
            placed.replaced_ranking is null
            and placed.audience = {{ outcome }}.audience
            and {{ outcome }}.outcome = '{{ outcome }}'
    {% endfor %}
    left join candidates
        on
            placed.product_id = candidates.product_id
            and placed.customer_id = candidates.customer_id
)

select * from final
