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
