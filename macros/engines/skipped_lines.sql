{#
    Lines above the first row that are no rows: as many as `skip_lines` says, comments, empty
    lines among them, and the line `sep=;` of Excel. A list of two numbers: of all, and of those
    that are no comments, which DuckDB's reader must be told to skip. Spark's reader passes over
    comments alone.
#}
{% macro skipped_lines(file, settings) %}
    {% if target.type == 'spark' %}{{ return([0, 0]) }}{% endif %}
    {% set lines = run_query(
        'select line from ' ~ read_lines({'files': [file], 'settings': settings})
        ~ ' limit 1000'
    ).columns[0].values() %}
    {% set found = namespace(row=false, skipped=0, others=0) %}
    {% for line in lines if not found.row %}
        {% set text = line or '' %}
        {% set is_excel_s = loop.first and modules.re.fullmatch('"?sep=.{1,2}"?', text) %}
        {% set is_comment = settings.comment
            and (not text or text.startswith(settings.comment)) %}
        {% if loop.index <= settings.skip_lines or is_excel_s or is_comment %}
            {% set found.skipped = found.skipped + 1 %}
            {% set is_other = not text or not is_comment %}
            {% set found.others = found.others + (1 if is_other else 0) %}
        {% else %}
            {% set found.row = true %}
        {% endif %}
    {% endfor %}
    {{ return([found.skipped, found.others] if found.row else [0, 0]) }}
{% endmacro %}
