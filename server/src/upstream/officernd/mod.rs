#[derive(Debug, Clone)]
pub struct OfficeRndSettings { pub identity_url: url::Url, pub app_url: url::Url, pub region_hosts: Vec<String> }
