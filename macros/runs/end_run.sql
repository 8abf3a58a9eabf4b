{#
    At the end of a run: notes whether all tables that grow hold what was read, so that the
    next run may go on.
#}
{% macro end_run() %}
    {% if is_run() %}{{ adapter.dispatch('end_run')() }}{% endif %}
{% endmacro %}


{% macro default__end_run() %}
    {% set built = [] %}
    {% for result in results if result.status == 'success' %}
        {% do built.append(result.node.unique_id) %}
    {% endfor %}
    {# Made of tables of an earlier run, they would not hold what this one was to read. #}
    {% if not flags.EMPTY and not growing_models_and_sources() | reject('in', built) | list %}
        {% do run_query('update ' ~ target.schema ~ '.last_run set is_whole = true') %}
    {% endif %}
{% endmacro %}


{% macro spark__end_run() %}{% endmacro %}
