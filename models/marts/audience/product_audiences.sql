with {{ audience_places('not is_new') }}

select * from final
