{# An id as other programs may write it: without zeros before it, in lower case. #}
{% set plain_id = replaced(replaced('customer_id', '[.]0+$', ''), '^0+', '') %}
{% set plain_id = 'lower(' ~ plain_id ~ ')' %}

with suppressions as (
    select * from {{ ref('stg_suppressions') }}
    -- `audience suppress` compares what it notes itself.
    where outcome = 'accepted' and input_file <> 'make suppress'
),

customers as (
    select customer_id from {{ ref('int_customer_totals') }}
),

compared as (
    select
        suppressions.input_file,
        suppressions.line_number,
        suppressions.customer_id,
        customers.customer_id is not null as is_customer
    from suppressions
    left join customers on suppressions.customer_id = customers.customer_id
),

{% if var('id_type') == 'text' %}
plain as (
    select
        *,
        {{ plain_id }} as plain_id
    from compared
),

-- Of several customers who are alike the first in the alphabet.
alike as (
    select
        {{ plain_id }} as plain_id,
        min(customer_id) as similar_id
    from customers
    group by {{ plain_id }}
),

final as (
    select
        plain.input_file,
        plain.line_number,
        plain.is_customer,
        case
            when plain.is_customer or alike.similar_id is null then null
            when lower(plain.customer_id) = lower(alike.similar_id)
                then 'upper and lower case'
            when
                {{ replaced('lower(plain.customer_id)', '^0+', '') }}
                = {{ replaced('lower(alike.similar_id)', '^0+', '') }}
                then 'leading zeros'
            else 'zeros or a decimal point'
        end as difference
    from plain
    left join alike on plain.plain_id = alike.plain_id
)
{% else %}
final as (
    select
        input_file,
        line_number,
        is_customer,
        cast(null as {{ dbt.type_string() }}) as difference
    from compared
)
{% endif %}

select * from final
