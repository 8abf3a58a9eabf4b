{# The names of all settings, as scripts/settings declares them. #}
{% macro known_settings() %}
    {{ return([
        'log', 'columns', 'expressions', 'row_filter', 'delimiter', 'has_header', 'encoding',
        'time_format', 'id_type', 'event_aliases', 'event_weights', 'max_reject_share',
        'top_n', 'exclude', 'as_of', 'recency_days', 'score_weights', 'frequency_days',
        'score_scale', 'split_quantile', 'bootstrap_replicates', 'with_examples',
        'evidence_days',
    ] + side_inputs()) }}
{% endmacro %}
