{# Every reason for which a row of the log can be rejected. #}
{% macro reject_reasons() %}
    {{ return([
        'missing customer_id', 'rounded customer_id', 'uncastable customer_id',
        'missing product_id', 'rounded product_id', 'uncastable product_id',
        'missing event',
        'missing event_date', 'unparseable event_date',
        'unreadable line',
        'event_date before earliest_event', 'event_date after latest_event',
        'event_date skipped by time_zone', 'event_date with a zone name: set time_zone',
    ]) }}
{% endmacro %}
