{#
    Rows of a public mart as the releases have it that a build is compared with, from their
    Parquet copies; none where there is no such release. `audience build` and `audience refresh`
    name the releases; dbt by hand compares with none.
#}
{% macro earlier_rows(mart, columns) %}
    {% for compared_with, release_id in {
        'the release before': env_var('AUDIENCE_RELEASE_BEFORE', ''),
        'the reference': env_var('AUDIENCE_REFERENCE_RELEASE', ''),
    }.items() %}
    select
        {{ dbt.string_literal(compared_with) }} as compared_with,
        {{ columns | join(',\n        ') }}
    from (
        {{ kept_rows('releases/' ~ (release_id or 'none') ~ '/parquet/' ~ mart, columns) }}
    ) as rows_of_release
    {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}
