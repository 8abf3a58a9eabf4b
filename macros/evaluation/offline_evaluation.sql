{# Lists are measured down to these places. #}
{% macro cutoffs() %}
    {{ return([5, 10, 20]) }}
{% endmacro %}


{# A query of them. #}
{% macro cutoff_rows() %}
    {% for cutoff in cutoffs() %}
    select cast({{ cutoff }} as bigint) as cutoff
    {{ 'union all' if not loop.last }}
    {% endfor %}
{% endmacro %}


{# What is measured of a list, by product; the mean over products is the metric. #}
{% macro list_metrics() %}
    {{ return(['precision', 'recall', 'hit_rate', 'map', 'ndcg']) }}
{% endmacro %}


{#
    A query of the gain at each place of a list, 1 / log2(place + 1), and what a list of so
    many hits gains at best (Jarvelin and Kekalainen 2002, doi:10.1145/582415.582418).
#}
{% macro discounted_gains() %}
    select
        list_length,
        ln(2) / ln(list_length + 1) as gain,
        sum(ln(2) / ln(list_length + 1)) over (
            order by list_length
            rows between unbounded preceding and current row
        ) as ideal_gain
    from (select {{ each_number(1, cutoffs() | max) }} as list_length) as lengths
{% endmacro %}
