{#
    CTE `<subject>s_in_scope`: customers or products of each active campaign that meet all of
    its include rules and none of its exclude rules. Needs the CTEs `campaigns`, `<subject>s`,
    `rules` (int_rule_values) and `rules_met` (int_rules_met).

    Args:
        is_past: whether the CTEs have `origin`, a past cutoff; else the rules are those met at
            the reference time.
#}
{% macro in_scope(subject, columns, is_past=false) %}
{{ subject }}_rule_counts as (
    select
        campaign_id,
        count(distinct rule_id) as include_count
    from rules
    where
        subject = '{{ subject }}'
        and action = 'include'
    group by campaign_id
),

{{ subject }}s_in_scope as (
    select
        campaigns.campaign_id,
        {% if is_past %}
        campaigns.origin,
        {% endif %}
        {% for column in columns %}
        {{ subject }}s.{{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from campaigns
    {% if is_past %}
    inner join {{ subject }}s on campaigns.origin = {{ subject }}s.origin
    {% else %}
    cross join {{ subject }}s
    {% endif %}
    left join {{ subject }}_rule_counts
        on campaigns.campaign_id = {{ subject }}_rule_counts.campaign_id
    left join rules_met
        on
            campaigns.campaign_id = rules_met.campaign_id
            and rules_met.origin = {{ 'campaigns.origin' if is_past else 0 }}
            and {{ subject }}s.{{ subject }}_id = rules_met.subject_id
            and rules_met.subject = '{{ subject }}'
    where
        coalesce(rules_met.exclude_count, 0) = 0
        and coalesce(rules_met.include_count, 0)
        = coalesce({{ subject }}_rule_counts.include_count, 0)
)
{%- endmacro %}
