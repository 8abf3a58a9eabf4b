{#
    What adds up to the score of the combination, as SQL over int_candidates. The weights are
    fixed, so that no log is needed to learn them: chosen on the cutoffs before the split.
#}
{% macro hybrid_parts() %}
    {{ return({
        'activity_part': 'activity',
        'attribute_part': 'round(0.5 * ln(coalesce(nullif(affinity_share, 0), 1)), 9)',
        'neighbour_part': 'round(ln(1 + 100 * neighbour_score), 9)',
    }) }}
{% endmacro %}
