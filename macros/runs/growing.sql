{#
    How a model is materialized that adds what a run has read to what the runs before have
    left. Where an engine has no cheap way to change rows, it is made anew by every run.
#}
{% macro growing() %}
    {{ return(adapter.dispatch('growing')()) }}
{% endmacro %}


{% macro default__growing() %}
    {{ return('incremental') }}
{% endmacro %}


{% macro spark__growing() %}
    {{ return('table') }}
{% endmacro %}


{# Models that grow from run to run. #}
{% macro growing_models() %}
    {{ return(
        graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
        | selectattr('config.materialized', 'equalto', 'incremental') | list
    ) }}
{% endmacro %}


{# The table of one of them; none where there is none. #}
{% macro growing_table(node) %}
    {{ return(load_relation(api.Relation.create(
        database=node.database, schema=node.schema, identifier=node.alias
    ))) }}
{% endmacro %}


{# Those that this run makes; the others are not its business. #}
{% macro drop_growing_tables() %}
    {% for node in growing_models() if node.unique_id in selected_resources %}
        {% set relation = growing_table(node) %}
        {% if relation is not none %}{% do adapter.drop_relation(relation) %}{% endif %}
    {% endfor %}
    {% do run_query('drop table if exists ' ~ target.schema ~ '.log_files') %}
{% endmacro %}


{# The models that grow, and everything that they are made of. #}
{% macro growing_models_and_sources() %}
    {% set found, waiting = [], growing_models() | map(attribute='unique_id') | list %}
    {# A template has no other loop that goes on while there is something to do. #}
    {% for _ in range(graph.nodes | length) if waiting %}
        {% set unique_id = waiting.pop() %}
        {% if unique_id not in found and unique_id in graph.nodes %}
            {% do found.append(unique_id) %}
            {% do waiting.extend(graph.nodes[unique_id].depends_on.nodes) %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
