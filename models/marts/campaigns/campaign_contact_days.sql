with touches as (
    select * from {{ ref('int_campaign_touches') }}
),

counted as (
    select
        campaign_id,
        contacted_on,
        count(distinct case when arm = 'contact' then customer_id end)
            as customer_count,
        sum(case when arm = 'contact' then contact_count else 0 end) as contact_count,
        sum(case when arm = 'holdout' then contact_count else 0 end) as holdout_count,
        sum(case when arm = 'contact' then cost end) as cost
    from touches
    group by campaign_id, contacted_on
),

final as (
    select
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_id,
        cast(contacted_on as date) as contacted_on,
        cast(customer_count as bigint) as customer_count,
        cast(contact_count as bigint) as contact_count,
        cast(holdout_count as bigint) as holdout_count,
        cast(round(cost, 6) as double) as cost
    from counted
)

select * from final
