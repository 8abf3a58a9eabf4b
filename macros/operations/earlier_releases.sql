{#
    The ids of the releases that a build is compared with; empty where there is none. `audience
    build` and `audience refresh` name them; dbt by hand compares with none.
#}
{% macro earlier_releases() %}
    {{ return({
        'the release before': env_var('AUDIENCE_RELEASE_BEFORE', ''),
        'the reference': env_var('AUDIENCE_REFERENCE_RELEASE', ''),
    }) }}
{% endmacro %}


{# Rows of a public mart as these releases have it, from their Parquet copies. #}
{% macro earlier_rows(mart, columns) %}
    {% for compared_with, release_id in earlier_releases().items() %}
    select
        {{ dbt.string_literal(compared_with) }} as compared_with,
        {{ columns | join(',\n        ') }}
    from (
        {{ kept_rows('releases/' ~ (release_id or 'none') ~ '/parquet/' ~ mart, columns) }}
    ) as rows_of_release
    {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}
