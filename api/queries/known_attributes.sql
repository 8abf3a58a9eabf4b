-- Those of some attributes that products share. They are a JSON array in one text.
select attribute
from lookup.attributes
where
    attribute in (
        select lower(unnest(from_json_strict($attributes, '["VARCHAR"]')))
    )
order by attribute
