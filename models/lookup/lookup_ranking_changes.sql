with ranking as (
    select
        cast(customer_id as {{ dbt.type_string() }}) as customer_text,
        customer_id,
        customer_rank
    from {{ ref('lookup_ranking') }}
),

earlier_ranking as (
    select * from {{ ref('stg_served_ranking') }}
),

earlier_release as (
    select max(release_id) as release_id
    from earlier_ranking
),

top as (
    select * from ranking
    where customer_rank <= 100
),

compared as (
    select
        top.customer_rank,
        earlier_ranking.customer_rank as earlier_rank,
        coalesce(top.customer_text, earlier_ranking.customer_id) as customer_text
    from top
    full outer join earlier_ranking on top.customer_text = earlier_ranking.customer_id
),

-- A customer who is no longer ranked may have opted out: the row has no id.
final as (
    select
        cast(ranking.customer_id as {{ id_type() }}) as customer_id,
        cast(
            case
                when ranking.customer_id is null then 'gone'
                when compared.customer_rank is null then 'left'
                when compared.earlier_rank is null then 'entered'
                else 'stayed'
            end as {{ dbt.type_string() }}
        ) as change, -- noqa: RF04, the name that the API reads
        cast(ranking.customer_rank as bigint) as customer_rank,
        cast(compared.earlier_rank as bigint) as earlier_rank,
        cast(earlier_release.release_id as {{ dbt.type_string() }})
            as earlier_release_id
    from compared
    cross join earlier_release
    left join ranking on compared.customer_text = ranking.customer_text
)

select * from final
