{#
    A test of tables that are made anew only where they have changed (table_if_changed) is run
    again only where it has changed, or they have, since it passed.
#}
{% materialization test, adapter='duckdb' %}
    {% set fingerprint = tested_fingerprint(compiled_code) %}
    {% if fingerprint is not none and has_passed(model.name, fingerprint) %}
        {% call statement('main', fetch_result=true) %}
            select
                0 as failures,
                false as should_warn,
                false as should_error
        {% endcall %}
        {{ return({'relations': []}) }}
    {% endif %}
    {% set made = materialization_test_default() %}
    {% if fingerprint is not none %}
        {% if load_result('main').data[0][0] == 0 %}
            {% do run_query(
                'insert into ' ~ target.schema ~ ".passed_tests values ('" ~ model.name
                ~ "', '" ~ fingerprint ~ "')"
            ) %}
        {% else %}
            {# What fails is made anew by the next run, whatever it is made of. #}
            {% for parent_id in model.depends_on.nodes %}
                {% set parent = graph.nodes[parent_id] %}
                {% do run_query(
                    'delete from ' ~ target.schema ~ ".table_inputs where table_name = '"
                    ~ parent.schema ~ '.' ~ parent.alias ~ "'"
                ) %}
            {% endfor %}
        {% endif %}
        {# Tests are rolled back. #}
        {{ adapter.commit() }}
    {% endif %}
    {{ return(made) }}
{% endmaterialization %}


{# A hash of a test's SQL and of all that it reads; none where it reads anything else. #}
{% macro tested_fingerprint(code) %}
    {% if flags.FULL_REFRESH or not is_noted('passed_tests') or not model.depends_on.nodes %}
        {{ return(none) }}
    {% endif %}
    {% set parts = [code] %}
    {% for parent_id in model.depends_on.nodes | sort %}
        {% set parent = graph.nodes[parent_id] %}
        {% if parent.config.materialized != 'table_if_changed' %}{{ return(none) }}{% endif %}
        {% set kept = kept_fingerprint(parent.schema ~ '.' ~ parent.alias) %}
        {# A run was killed before it could note what it has made. #}
        {% if kept is none %}{{ return(none) }}{% endif %}
        {% do parts.append(kept) %}
    {% endfor %}
    {{ return(local_md5(parts | join('\n'))) }}
{% endmacro %}


{# Whether a test has passed on just that. #}
{% macro has_passed(name, fingerprint) %}
    {{ return(run_query(
        'select 1 from ' ~ target.schema ~ ".passed_tests where test_name = '" ~ name
        ~ "' and fingerprint = '" ~ fingerprint ~ "'"
    ).rows | length > 0) }}
{% endmacro %}
