{#
    As stg_earlier_profiles, of customers. The rows of the releases that a build is compared with, which `audience build` and `audience
    refresh` name; dbt by hand compares with none. A table, because the releases are removed
    later.
#}
{{ config(materialized='table') }}

with customers as (
    {% for compared_with, release_id in {
        'the release before': env_var('AUDIENCE_RELEASE_BEFORE', ''),
        'the reference': env_var('AUDIENCE_REFERENCE_RELEASE', ''),
    }.items() %}
    select
        '{{ compared_with }}' as compared_with,
        customer_id,
        engagement_rank
    from (
        {{ kept_rows('releases/' ~ (release_id or 'none') ~ '/parquet/customers', {
            'customer_id': id_type(),
            'engagement_rank': 'bigint',
        }) }}
    ) as rows_of_release
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

top as (
    select * from customers
    where engagement_rank <= 100
)

select * from top
