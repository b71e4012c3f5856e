"""Metadata in dialects that no real file is at hand for: forms as their archives write them, values of our own."""

from __future__ import annotations

IMD_NAME = "21NOV14023110-M2AS-000000000010_01_P001.IMD"
IMD = """version = "28.3";
generationTime = 2021-12-02T08:04:32.000000Z;
productOrderId = "000000000010_01_P001";
BEGIN_GROUP = BAND_B
\tULLon =  125.70000000;
\tabsCalFactor = 8.9e-03;
END_GROUP = BAND_B
BEGIN_GROUP = IMAGE_1
\tsatId = "WV03";
\tmode = "FullSwath";
\tTLCTime = 2021-11-14T02:31:11.250000Z;
\tTLCList = (
\t(0, 0.000000),
\t(9, 0.000450) );
\tfirstLineTime = 2021-11-14T02:31:10.500000Z;
\tmeanCollectedGSD =   0.345;
\tmeanProductGSD =   0.352;
\tmeanSunAz = 165.2;
\tmeanSunEl =  31.4;
\tmeanOffNadirViewAngle =  18.6;
\tcloudCover = 0.042;
END_GROUP = IMAGE_1
BEGIN_GROUP = MAP_PROJECTED_PRODUCT
\tearliestAcqTime = 2021-11-14T02:31:13.000000Z;
\tlatestAcqTime = 2021-11-14T02:31:13.000000Z;
\tproductGSD =  0.30;
END_GROUP = MAP_PROJECTED_PRODUCT
END;
"""
MAXAR_XML = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<isd><IMD>
<GENERATIONTIME>2021-12-02T08:04:32.000000Z</GENERATIONTIME>
<IMAGE><SATID>GE01</SATID><TLCTIME>2021-11-14T02:31:11.250000Z</TLCTIME>
<MEANCOLLECTEDGSD>4.500000000000000e-01</MEANCOLLECTEDGSD>
<MEANSUNAZ>1.652000000000000e+02</MEANSUNAZ><MEANSUNEL>3.140000000000000e+01</MEANSUNEL>
<MEANOFFNADIRVIEWANGLE>1.860000000000000e+01</MEANOFFNADIRVIEWANGLE><CLOUDCOVER>-9.990000000000000e+02</CLOUDCOVER>
</IMAGE></IMD>
<TIL><TILE><FILENAME>whole-city.TIF</FILENAME></TILE></TIL></isd>
"""
S2_PICTURE = "T51SYD_20210119T021051_B04_10m.jp2"
S2_PRODUCT = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<n1:Level-2A_User_Product xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/User_Product_Level-2A.xsd">
<n1:General_Info><Product_Info>
<PRODUCT_START_TIME>2021-01-19T02:10:51.024Z</PRODUCT_START_TIME>
<PRODUCT_STOP_TIME>2021-01-19T02:10:51.024Z</PRODUCT_STOP_TIME>
<PRODUCT_URI>S2A_MSIL2A_20210119T021051_N0214_R103_T51SYD_20210120T053519.SAFE</PRODUCT_URI>
<GENERATION_TIME>2021-01-20T05:35:19.000000Z</GENERATION_TIME>
<Datatake datatakeIdentifier="GS2A_1"><SPACECRAFT_NAME>Sentinel-2A</SPACECRAFT_NAME></Datatake>
<Product_Organisation><Granule_List><Granule>
<IMAGE_FILE>GRANULE/L2A_T51SYD_A1_1/IMG_DATA/R10m/T51SYD_20210119T021051_B04_10m</IMAGE_FILE>
</Granule></Granule_List></Product_Organisation></Product_Info>
<Product_Image_Characteristics><Spectral_Information_List>
<Spectral_Information bandId="0" physicalBand="B1"><RESOLUTION>60</RESOLUTION></Spectral_Information>
<Spectral_Information bandId="3" physicalBand="B4"><RESOLUTION>10</RESOLUTION></Spectral_Information>
</Spectral_Information_List></Product_Image_Characteristics></n1:General_Info>
<n1:Quality_Indicators_Info><Cloud_Coverage_Assessment>12.5</Cloud_Coverage_Assessment></n1:Quality_Indicators_Info>
</n1:Level-2A_User_Product>
"""
S2_TILE = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<n1:Level-2A_Tile_ID xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/S2_PDI_Level-2A_Tile_Metadata.xsd">
<n1:General_Info>
<TILE_ID metadataLevel="Brief">S2A_OPER_MSI_L2A_TL_ESRI_20210120T053519_A1_T51SYD_N02.14</TILE_ID>
<SENSING_TIME metadataLevel="Standard">2021-01-19T02:14:12.345678Z</SENSING_TIME>
<Archiving_Info><ARCHIVING_TIME>2021-01-20T06:00:30.821570Z</ARCHIVING_TIME></Archiving_Info>
</n1:General_Info>
<n1:Geometric_Info><Tile_Angles>
<Mean_Sun_Angle><ZENITH_ANGLE unit="deg">62.25</ZENITH_ANGLE><AZIMUTH_ANGLE unit="deg">159.5</AZIMUTH_ANGLE>
</Mean_Sun_Angle>
<Mean_Viewing_Incidence_Angle_List><Mean_Viewing_Incidence_Angle bandId="0"><ZENITH_ANGLE unit="deg">7.5</ZENITH_ANGLE>
</Mean_Viewing_Incidence_Angle></Mean_Viewing_Incidence_Angle_List>
</Tile_Angles></n1:Geometric_Info>
<n1:Quality_Indicators_Info><Image_Content_QI><CLOUDY_PIXEL_PERCENTAGE>3.25</CLOUDY_PIXEL_PERCENTAGE></Image_Content_QI>
</n1:Quality_Indicators_Info></n1:Level-2A_Tile_ID>
"""
S1_PICTURE = "s1a-iw-grd-vv-20210118t213122-20210118t213147-036202-043ecb-001.tiff"
S1_MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<xfdu:XFDU xmlns:xfdu="urn:ccsds:schema:xfdu:1" xmlns:safe="http://www.esa.int/safe/sentinel-1.0">
<metadataSection>
<metadataObject ID="processing"><metadataWrap><xmlData>
<safe:processing name="GRD Post Processing" start="2021-01-19T00:01:00.000000" stop="2021-01-19T00:02:00.000000"/>
</xmlData></metadataWrap></metadataObject>
<metadataObject ID="platform"><metadataWrap><xmlData><safe:platform>
<safe:familyName>SENTINEL-1</safe:familyName><safe:number>A</safe:number>
<safe:instrument><safe:familyName abbreviation="SAR">Synthetic Aperture Radar</safe:familyName></safe:instrument>
</safe:platform></xmlData></metadataWrap></metadataObject>
<metadataObject ID="acquisitionPeriod"><metadataWrap><xmlData><safe:acquisitionPeriod>
<safe:startTime>2021-01-18T21:31:22.123456</safe:startTime><safe:stopTime>2021-01-18T21:31:47.122222</safe:stopTime>
</safe:acquisitionPeriod></xmlData></metadataWrap></metadataObject>
</metadataSection>
<dataObjectSection><dataObject ID="a"><byteStream>
<fileLocation locatorType="URL" href="./measurement/{S1_PICTURE}"/>
</byteStream></dataObject></dataObjectSection></xfdu:XFDU>
"""
FGDC_XML = """<?xml version="1.0"?><metadata><idinfo>
<citation><citeinfo><pubdate>20220301</pubdate><title>county orthophoto</title></citeinfo></citation>
<timeperd><timeinfo><rngdates><begdate>20210501</begdate><enddate>20210603</enddate></rngdates></timeinfo>
<current>ground condition</current></timeperd><datacred>County of Example, GIS office</datacred></idinfo>
<spref><horizsys><planar><planci><coordrep><absres>0.5</absres></coordrep><plandu>survey feet</plandu></planci>
</planar></horizsys></spref></metadata>
"""
ISO_XML = """<?xml version="1.0"?>
<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco"
 xmlns:gml="http://www.opengis.net/gml/3.2">
<gmd:fileIdentifier><gco:CharacterString>ortho_7</gco:CharacterString></gmd:fileIdentifier>
<gmd:dateStamp><gco:Date>2022-05-06</gco:Date></gmd:dateStamp>
<gmd:contentInfo><gmd:MD_ImageDescription><gmd:cloudCoverPercentage><gco:Real>4</gco:Real></gmd:cloudCoverPercentage>
</gmd:MD_ImageDescription></gmd:contentInfo>
<gmd:identificationInfo><gmd:MD_DataIdentification>
<gmd:citation><gmd:CI_Citation><gmd:date><gmd:CI_Date><gmd:date><gco:Date>2022-01-02</gco:Date></gmd:date>
</gmd:CI_Date></gmd:date></gmd:CI_Citation></gmd:citation>
<gmd:credit><gco:CharacterString>Example survey office</gco:CharacterString></gmd:credit>
<gmd:spatialResolution><gmd:MD_Resolution><gmd:distance><gco:Distance uom="m">0.25</gco:Distance></gmd:distance>
</gmd:MD_Resolution></gmd:spatialResolution>
<gmd:extent><gmd:EX_Extent><gmd:temporalElement><gmd:EX_TemporalExtent><gmd:extent><gml:TimePeriod>
<gml:beginPosition>2021-05-01</gml:beginPosition><gml:endPosition>2021-05-02</gml:endPosition>
</gml:TimePeriod></gmd:extent></gmd:EX_TemporalExtent></gmd:temporalElement></gmd:EX_Extent></gmd:extent>
</gmd:MD_DataIdentification></gmd:identificationInfo></gmd:MD_Metadata>
"""
OLD_MTL_NAME = "L71119038_03820000317_MTL.txt"
OLD_MTL = """GROUP = L1_METADATA_FILE
  GROUP = PRODUCT_METADATA
    SPACECRAFT_ID = "Landsat7"
    ACQUISITION_DATE = 2000-03-17
    SCENE_CENTER_SCAN_TIME = 02:18:45.1234567Z
    GRID_CELL_SIZE_PAN = 15.000
  END_GROUP = PRODUCT_METADATA
END_GROUP = L1_METADATA_FILE
END
"""
ENVI_HEADER = """ENVI
description = {
  File Resize Result, [Wed Apr 25 09:29:04 2012]}
samples = 400
sensor type = Unknown
acquisition time = 2005-03-12T02:14:09.5Z
cloud cover = 7.5
sun azimuth = 140.25
sun elevation = 41.5
map info = {UTM, 1.000, 1.000, 203325.000, 3604935.000, 6.0e-001, 6.0e-001, 51, North, WGS-84, units=Meters}
band names = {
 Band 1, Band 2}
"""
