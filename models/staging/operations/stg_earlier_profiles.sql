{#
    The rows of the releases that a build is compared with, which `audience build` and `audience
    refresh` name; dbt by hand compares with none. A table, because the releases are removed
    later.
#}
{{ config(materialized='table') }}

with profiles as (
    {% for compared_with, release_id in {
        'the release before': env_var('AUDIENCE_RELEASE_BEFORE', ''),
        'the reference': env_var('AUDIENCE_REFERENCE_RELEASE', ''),
    }.items() %}
    select
        '{{ compared_with }}' as compared_with,
        measure,
        part,
        value
    from (
        {{ kept_rows('releases/' ~ (release_id or 'none') ~ '/parquet/build_profile', {
            'measure': dbt.type_string(),
            'part': dbt.type_string(),
            'value': 'double',
        }) }}
    ) as rows_of_release
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from profiles
