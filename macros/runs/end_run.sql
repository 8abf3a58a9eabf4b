{# At the end of a run: notes whether every model was built, so that the next may go on. #}
{% macro end_run() %}
    {% if is_run() and selected_models() %}{{ adapter.dispatch('end_run')() }}{% endif %}
{% endmacro %}


{% macro default__end_run() %}
    {% set built = [] %}
    {% for result in results if result.status == 'success' %}
        {% do built.append(result.node.unique_id) %}
    {% endfor %}
    {% set missing = [] %}
    {% for name, node in graph.nodes.items()
        if node.resource_type in ['model', 'seed'] and name not in built
        and node.config.materialized != 'ephemeral' %}
        {% do missing.append(name) %}
    {% endfor %}
    {% if not missing %}
        {% do run_query('update ' ~ target.schema ~ '.last_run set is_whole = true') %}
    {% endif %}
{% endmacro %}


{% macro spark__end_run() %}{% endmacro %}
