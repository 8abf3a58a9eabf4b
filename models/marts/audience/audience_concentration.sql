with campaign_products as (
    select * from {{ ref('int_campaign_products') }}
),

customers as (
    select customer_id from {{ ref('customers') }}
),

products as (
    select product_id from {{ ref('products') }}
),

audiences as (
    select
        'product audiences' as audience,
        product_id,
        audience_rank,
        customer_id
    from {{ ref('product_audiences') }}
    union all
    select
        campaign_id as audience,
        product_id,
        audience_rank,
        customer_id
    from {{ ref('campaign_audiences') }}
),

product_counts as (
    select
        'product audiences' as audience,
        count(*) as product_count
    from products
    union all
    select
        campaign_id as audience,
        count(*) as product_count
    from campaign_products
    group by campaign_id
),

population as (
    select count(*) as customer_count
    from customers
),

-- Two audiences are the same list if they have the same customers at the same ranks.
-- Then the sums of their row hashes are equal; other lists have equal sums only by an
-- unlikely chance.
fingerprints as (
    select
        audience,
        product_id,
        count(*) as contact_count,
        sum({{ row_hash(['customer_id', 'audience_rank']) }}) as fingerprint
    from audiences
    group by audience, product_id
),

lists as (
    select
        audience,
        fingerprint,
        count(*) as product_count,
        sum(contact_count) as contact_count
    from fingerprints
    group by audience, fingerprint
),

list_figures as (
    select
        audience,
        max(product_count) as most_common_count,
        count(*) as distinct_list_count,
        sum(product_count) as audience_count,
        sum(contact_count) as contact_count
    from lists
    group by audience
),

appearances as (
    select
        audience,
        customer_id,
        count(*) as appearance_count
    from audiences
    group by audience, customer_id
),

ranked_appearances as (
    select
        audience,
        appearance_count,
        row_number() over (
            partition by audience
            order by appearance_count asc, customer_id asc
        ) as appearance_rank
    from appearances
),

appearance_figures as (
    select
        audience,
        count(*) as distinct_customer_count,
        sum(cast(appearance_count as double) * appearance_rank) as ranked_sum,
        sum(cast(appearance_count as double)) as appearance_sum,
        sum(cast(appearance_count as double) * (appearance_count - 1)) as shared_pairs
    from ranked_appearances
    group by audience
),

figures as (
    select
        product_counts.audience,
        product_counts.product_count,
        population.customer_count,
        appearance_figures.ranked_sum,
        appearance_figures.appearance_sum,
        appearance_figures.shared_pairs,
        list_figures.most_common_count,
        list_figures.audience_count,
        list_figures.contact_count,
        coalesce(appearance_figures.distinct_customer_count, 0)
            as distinct_customer_count,
        coalesce(list_figures.distinct_list_count, 0) as distinct_list_count
    from product_counts
    cross join population
    left join appearance_figures
        on product_counts.audience = appearance_figures.audience
    left join list_figures on product_counts.audience = list_figures.audience
),

measured as (
    select
        audience,
        'distinct customers' as measure,
        cast(distinct_customer_count as double) as value,
        'Customers who are in at least one audience.' as explanation
    from figures
    union all
    select
        audience,
        'distinct lists' as measure,
        cast(distinct_list_count as double) as value,
        'Audiences that differ in at least one customer or rank.' as explanation
    from figures
    union all
    select
        audience,
        'most common list share' as measure,
        {{ share('most_common_count', 'product_count') }} as value,
        'Share of the products that have the most common list;'
        || ' 1 means one list for all.' as explanation
    from figures
    union all
    select
        audience,
        'appearance gini' as measure,
        -- Customers in no audience come first in the order: they add nothing to the
        -- sum, but move all others up by their number.
        2 * (ranked_sum + (customer_count - distinct_customer_count) * appearance_sum)
        / nullif(customer_count * appearance_sum, 0)
        - cast(customer_count + 1 as double) / nullif(customer_count, 0) as value,
        'Gini coefficient of appearances over all customers; 0 means that all'
        || ' customers are contacted equally often, 1 that one customer gets'
        || ' everything.'
            as explanation
    from figures
    union all
    select
        audience,
        'mean overlap' as measure,
        {{ share('shared_pairs', '(audience_count - 1.0) * contact_count') }} as value,
        'Share of the other audiences that hold the same customer, on average over all'
        || ' places in audiences.' as explanation
    from figures
),

final as (
    select
        cast(audience as {{ dbt.type_string() }}) as audience,
        cast(measure as {{ dbt.type_string() }}) as measure,
        cast(value as double) as value,
        cast(explanation as {{ dbt.type_string() }}) as explanation
    from measured
)

select * from final
