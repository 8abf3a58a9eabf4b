with product_audiences as (
    select * from {{ ref('product_audiences') }}
),

customers as (
    select customer_id from {{ ref('customers') }}
),

products as (
    select product_id from {{ ref('products') }}
),

totals as (
    select
        count(*) as contact_count,
        count(distinct product_id) as audience_count
    from product_audiences
),

population as (
    select
        (select count(*) from customers) as customer_count,
        (select count(*) from products) as product_count
),

-- Two audiences are the same list if they hold the same customers at the same ranks;
-- the sum of a hash of each is the same then, and else only by an unlikely chance.
fingerprints as (
    select
        product_id,
        sum({{ row_hash(['customer_id', 'audience_rank']) }}) as fingerprint
    from product_audiences
    group by product_id
),

lists as (
    select
        fingerprint,
        count(*) as product_count
    from fingerprints
    group by fingerprint
),

appearances as (
    select
        customer_id,
        count(*) as appearance_count
    from product_audiences
    group by customer_id
),

ranked_appearances as (
    select
        appearance_count,
        row_number() over (
            order by appearance_count asc, customer_id asc
        ) as appearance_rank
    from appearances
),

appearance_figures as (
    select
        count(*) as distinct_customer_count,
        sum(cast(appearance_count as double) * appearance_rank) as ranked_sum,
        sum(cast(appearance_count as double)) as appearance_sum,
        sum(cast(appearance_count as double) * (appearance_count - 1)) as shared_pairs
    from ranked_appearances
),

list_figures as (
    select
        max(product_count) as most_common_count,
        count(*) as distinct_list_count
    from lists
),

figures as (
    select
        appearance_figures.*,
        list_figures.*,
        totals.*,
        population.*
    from appearance_figures
    cross join list_figures
    cross join totals
    cross join population
),

measured as (
    select
        'distinct customers' as measure,
        cast(distinct_customer_count as double) as value,
        'Customers who are in at least one audience.' as explanation
    from figures
    union all
    select
        'distinct lists' as measure,
        cast(distinct_list_count as double) as value,
        'Audiences that differ in at least one customer or rank.' as explanation
    from figures
    union all
    select
        'most common list share' as measure,
        {{ share('most_common_count', 'product_count') }} as value,
        'Share of the products that have the most common list;'
        || ' 1 means one list for all.' as explanation
    from figures
    union all
    select
        'appearance gini' as measure,
        -- Customers in no audience come first in the order; they add nothing to the
        -- sum, but move everybody else up by their number.
        2 * (ranked_sum + (customer_count - distinct_customer_count) * appearance_sum)
        / nullif(customer_count * appearance_sum, 0)
        - cast(customer_count + 1 as double) / nullif(customer_count, 0) as value,
        'Gini coefficient of appearances over all customers; 0 means that everybody'
        || ' is contacted as often, 1 that one customer gets everything.'
            as explanation
    from figures
    union all
    select
        'mean overlap' as measure,
        {{ share('shared_pairs', '(audience_count - 1.0) * contact_count') }} as value,
        'Share of the other audiences that hold the same customer, on average over all'
        || ' places in audiences.' as explanation
    from figures
),

final as (
    select
        cast(measure as {{ dbt.type_string() }}) as measure,
        cast(value as double) as value,
        cast(explanation as {{ dbt.type_string() }}) as explanation
    from measured
)

select * from final
